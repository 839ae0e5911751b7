import { ACTIVITY_SCHEMAS } from './activity-schemas.ts';
import { ANSWER_SCHEMAS } from './answer-schemas.ts';
import { COMPONENT_PARAMETERS } from './parameters.ts';
import { PATHS, REPORTS_PATH } from './paths.ts';

/**
 * The OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1.html) of a handler that is mounted at `base`. How somebody signs in is the
 * application's, so it names no security scheme.
 */
export function openApiDocument(base: string, { reports = false }: { readonly reports?: boolean } = {}): object {
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: { title: 'Audit log', version: '1', description: 'The log of activities, read-only. Everything is denied unless the application allows it.' },
    servers: [{ url: base === '' ? '/' : base }],
    paths: reports ? { ...PATHS, ...REPORTS_PATH } : PATHS,
    components: { schemas: { ...ACTIVITY_SCHEMAS, ...ANSWER_SCHEMAS }, parameters: COMPONENT_PARAMETERS },
  };
}
