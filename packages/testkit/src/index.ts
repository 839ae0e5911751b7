export type { ActivityPattern, ActorPattern, AsymmetricMatcherLike, IdPattern, TargetPattern, TextPattern, ValuePattern } from './activity-pattern.ts';
export { testkitErrors, type TestkitErrorCode } from './errors.ts';
export type { SecretLeak } from './find-leaks.ts';
export { recorder, type ActivityRecorder } from './recorder.ts';
export { secretCanary, type SecretCanary } from './secret-canary.ts';
export type { SecretEncoding } from './secret-needles.ts';
