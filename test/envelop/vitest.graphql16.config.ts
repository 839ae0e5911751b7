import { configFor } from './vitest-config.ts';

export default configFor('graphql16', 16);
