/** Two fields in one operation: two acts, two records. */
export const BOOK_TWICE = /* GraphQL */ `
  mutation ($patient: ID!, $other: ID!, $doctor: ID!, $first: String!, $second: String!) {
    morning: bookAppointment(patientId: $patient, doctorId: $doctor, startsAt: $first) { id }
    evening: bookAppointment(patientId: $other, doctorId: $doctor, startsAt: $second) { id }
  }
`;

export const BOOK = /* GraphQL */ `
  mutation ($patient: ID!, $doctor: ID!, $startsAt: String!) {
    bookAppointment(patientId: $patient, doctorId: $doctor, startsAt: $startsAt) { id }
  }
`;

export const APPROVE = /* GraphQL */ `
  mutation ($id: ID!, $reason: String!) {
    approvePrescription(id: $id, reason: $reason) { id status }
  }
`;

export const PRESCRIBE = /* GraphQL */ `
  mutation ($patient: ID!, $medicine: ID!) {
    prescribe(patientId: $patient, medicineId: $medicine, packs: 1) { id }
  }
`;
