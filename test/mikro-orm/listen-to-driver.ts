import pg from 'pg';

interface Driver {
  query(...args: unknown[]): unknown;
}

/** Listens at the driver; everything goes through as it is. */
export function listenToDriver(): { readonly sent: string[]; stop(): void } {
  const driver = pg.Client.prototype as unknown as Driver;
  const { query } = driver;
  const sent: string[] = [];
  driver.query = function (this: unknown, ...args) {
    const [statement] = args;
    sent.push(typeof statement === 'string' ? statement : String((statement as { text?: unknown }).text));
    return query.apply(this, args);
  };
  return { sent, stop: () => (driver.query = query) };
}
