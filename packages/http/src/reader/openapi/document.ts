/** The OpenAPI document of a handler that is mounted at `base`. */
export function openApiDocument(base: string): object {
  return { openapi: '3.1.0', servers: [{ url: base }] };
}
