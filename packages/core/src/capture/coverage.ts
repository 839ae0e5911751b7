/**
 * - `audited`: it leaves records.
 * - `excluded`: deedlog knows it, and its settings say that it leaves none.
 * - `uncovered`: nobody thought of it.
 */
export type CoverageStatus = 'audited' | 'excluded' | 'uncovered';

/** Whether one part of an application is audited. */
export interface Coverage {
  /** - `procedure`: of tRPC. - `field`: of a GraphQL root type. - `entity`: of MikroORM. */
  readonly kind: 'procedure' | 'field' | 'entity';
  /** `invoice.approve`, `Mutation.approveInvoice`, `Patient`. */
  readonly name: string;
  /** Whether calling it may change something; entities are `data`. */
  readonly type: 'query' | 'mutation' | 'subscription' | 'data';
  readonly status: CoverageStatus;
}
