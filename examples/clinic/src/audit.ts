import { createDeedlog, defineActions } from '@deedlog/core';
import type { Deedlog, Sink } from '@deedlog/core';
import { requestContext } from '@deedlog/http';
import { mikroOrmStore } from '@deedlog/mikro-orm';
import type { MikroORM } from '@mikro-orm/core';
import { z } from 'zod';
import { actorOf } from './auth/actor.ts';
import type { AppContext } from './context.ts';
import { QualityActivity } from './entities/quality-activity.ts';

/** Everything that this application records. Another name does not compile, and is refused at run time. */
export const actions = defineActions({
  'auth.login': { message: '{actor.label} signed in' },
  'auth.refresh': {},
  'auth.logout': {},
  'auth.impersonate': { reason: 'required', tool: 'admin' },

  'patient.create': { message: '{actor.label} opened file {target.label}' },
  'patient.update': { message: '{actor.label} changed file {target.label}' },
  'patient.delete': { reason: 'required', message: '{actor.label} deleted file {target.label}' },
  'patient.view': { message: '{actor.label} read file {target.label}' },

  'appointment.book': { message: '{actor.label} booked {patient.fileNumber} with {doctor.name}' },
  'appointment.cancel': {},

  'prescription.create': {
    metadata: z.object({ medicine: z.string(), packs: z.number().int() }),
    message: '{actor.label} prescribed {metadata.packs} packs of {metadata.medicine}',
  },
  'prescription.approve': { reason: 'required', message: '{actor.label} approved {packs} packs of {medicine.name} for {patient.fileNumber}' },
  'prescription.dispense': { message: 'Label printed for {patient.fileNumber}' },

  'admin.add-staff': { message: '{actor.label} added {target.label} as {input.role}' },
  'admin.set-role': {},
  'admin.activities': {},

  'data.check': {},

  'appointment.postpone': { reason: 'required' },

  // Said by the front end, which alone knows it.
  'report.print': {
    metadata: z.object({ report: z.enum(['rota', 'stock']), pages: z.number().int() }),
    message: '{actor.label} printed the {metadata.report}',
  },
  'audit.read': {},
});

/** Kinds of activity with columns of their own, beside the default. */
export const models = { 'data-quality': QualityActivity };

/** The log of the clinic. */
export type ClinicLog = Deedlog<AppContext, typeof actions, typeof models>;

/** Where a request came from. The log of requests asks the same function, so that both tell the same request id. */
export const fromRequest = requestContext();

/** The one place that sets deedlog up: who acts, from where, what can be recorded, where to. `hashKey` hides what entities treat by hash. */
export function createAudit(orm: MikroORM, hashKey: string, sinks: readonly Sink[]): ClinicLog {
  return createDeedlog({
    actions,
    models,
    actor: ({ claims }: AppContext) => claims && actorOf(claims),
    context: ({ req, claims }) => ({ ...fromRequest(req), sessionId: claims?.jti }),
    store: mikroOrmStore(orm, { hashKey }),
    sinks,
    source: 'clinic',
  });
}
