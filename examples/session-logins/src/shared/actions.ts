import { defineActions } from '@deedlog/core';

/** What the three examples record. */
export const actions = defineActions({
  'auth.login': { message: '{actor.label} signed in' },
  'auth.refresh': {},
  'auth.logout': {},
  'auth.impersonate': { tool: 'admin' },
  'user.create': {},
  'profile.update': { message: '{actor.label} moved to {input.city}' },
});
