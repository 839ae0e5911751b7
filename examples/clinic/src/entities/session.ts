import { auditable } from '@deedlog/mikro-orm';
import { defineEntity, p } from '@mikro-orm/core';
import type { InferEntity } from '@mikro-orm/core';
import { Staff } from './staff.ts';

/** A pair of tokens that was issued; its id is their `jti` claim. Tokens themselves are stored nowhere. */
export const Session = defineEntity({
  name: 'Session',
  properties: {
    id: p.uuid().primary(),
    staff: () => p.manyToOne(Staff),
    /** The admin behind an impersonation. */
    impersonator: () => p.manyToOne(Staff).nullable(),
    /** Revoked since: by logout, or by a refresh, which opens the next session. */
    endedAt: p.datetime().nullable(),
  },
});

auditable(Session, { fields: { staff: 'plain', impersonator: 'plain', endedAt: 'plain' } });

export type SessionRow = InferEntity<typeof Session>;
