import { auditDirectiveTypeDefs } from '@deedlog/envelop';
import { createSchema } from 'graphql-yoga';
import type { GraphQLSchemaWithContext } from 'graphql-yoga';
import type { GraphqlContext } from './graphql-context.ts';
import { resolvers } from './resolvers.ts';

const typeDefs = /* GraphQL */ `
  type Patient { id: ID! fileNumber: String! name: String! phone: String diagnosis: String }
  "What a list may show: no names, nothing medical."
  type PatientEntry { id: ID! fileNumber: String! }
  type Appointment { id: ID! startsAt: String! }
  type Prescription { id: ID! status: String! packs: Int! }

  type Query {
    "A query is recorded only where it is marked: who read which file."
    patient(id: ID!): Patient! @audit(action: "patient.view")
    patients: [PatientEntry!]!
  }

  type Mutation {
    createPatient(name: String!, phone: String, diagnosis: String): PatientEntry! @audit(action: "patient.create")
    bookAppointment(patientId: ID!, doctorId: ID!, startsAt: String!): Appointment!
      @audit(action: "appointment.book", input: ["startsAt"])
    cancelAppointment(id: ID!): Boolean! @audit(action: "appointment.cancel")
    prescribe(patientId: ID!, medicineId: ID!, packs: Int!): Prescription! @audit(action: "prescription.create")
    approvePrescription(id: ID!, reason: String!): Prescription! @audit(action: "prescription.approve")
  }
`;

export function createGraphqlSchema(): GraphQLSchemaWithContext<GraphqlContext> {
  return createSchema<GraphqlContext>({ typeDefs: [auditDirectiveTypeDefs, typeDefs], resolvers });
}
