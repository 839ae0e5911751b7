/** The SDL of `@audit`, to stand among your type definitions. It is read from the schema; nothing else is needed. */
export const auditDirectiveTypeDefs: string = /* GraphQL */ `
"""
How deedlog audits this field. A Query or Subscription field is audited only if it carries this directive.
"""
directive @audit(
  "resource.verb, for example invoice.approve. Default: mutation. and the field's name."
  action: String
  "The kind of activity, one of the models of createDeedlog. Default: default."
  model: String
  "Category by feature."
  tool: String
  "Message template."
  message: String
  "Arguments that may be stored, as dotted paths. Default: none."
  input: [String!]
  "Do not audit this field."
  skip: Boolean
) on FIELD_DEFINITION
`;
