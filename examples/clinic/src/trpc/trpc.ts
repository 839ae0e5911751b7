import type { AuditMeta } from '@deedlog/trpc';
import { initTRPC } from '@trpc/server';
import type { ClinicLog } from '../audit.ts';
import type { AppContext } from '../context.ts';

/** The meta type makes `.meta({ audit: { action } })` know the catalogue. */
export const t = initTRPC.context<AppContext>().meta<AuditMeta<ClinicLog>>().create();
