import { DeedlogError } from '@deedlog/core';
import type { ActivityQuery, LogView, Outcome, Reader, ReadPolicy } from '@deedlog/core';
import { historyElementScript, viewerPage } from '@deedlog/viewer';

/** Stands in for the handler of @deedlog/http until that is there. */
export function restOver(reader: Reader, policy: (request: Request) => ReadPolicy | null): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    try {
      if (url.pathname === '/audit' || url.pathname === '/audit/') {
        const { html, headers } = viewerPage({ base: '/audit', title: 'Clinic audit' });
        return new Response(html, { headers });
      }
      if (url.pathname === '/audit/history.js') {
        const { script, headers } = historyElementScript();
        return new Response(script, { headers });
      }
      if (!url.pathname.startsWith('/audit/api/')) return new Response(null, { status: 404 });
      const view = reader.as(policy(request));
      const parts = url.pathname.slice('/audit/api/'.length).split('/').map(decodeURIComponent);
      if (parts[0] === 'tail') return tail(view, request);
      if (parts[0] === 'export') {
        const page = await view.list({ ...queryOf(url.searchParams), limit: 500 });
        return new Response(page.results.map((item) => JSON.stringify(item)).join('\n'), { headers: { 'content-type': 'application/jsonl', 'content-disposition': `attachment; filename="activities.${url.searchParams.get('format')}"` } });
      }
      return Response.json(await answer(view, parts, url.searchParams));
    } catch (error) {
      if (!(error instanceof DeedlogError)) throw error;
      return Response.json({ code: error.code, message: error.message, remedy: error.remedy }, { status: error.code === 'READ_DENIED' ? 403 : 400 });
    }
  };
}

async function answer(view: LogView, [name = '', one = '', two = '']: readonly string[], params: URLSearchParams): Promise<unknown> {
  const query = queryOf(params);
  const { actor: _actor, ...withoutActor } = query;
  if (name === 'activities' && one !== '') return view.get(one);
  if (name === 'activities') return view.list(query);
  if (name === 'objects') return view.history({ type: one, id: two }, query);
  if (name === 'actors') return view.actor(one, withoutActor);
  if (name === 'access') return view.access(one, query);
  if (name === 'models') return view.models();
  if (name === 'findings') return { results: await view.findings() };
  const { limit: _limit, ...filter } = query;
  return view.chart({ ...filter, buckets: Number(params.get('buckets') ?? 60) });
}

function queryOf(params: URLSearchParams): ActivityQuery {
  const text = (name: string): string | undefined => params.get(name) ?? undefined;
  const columns = Object.fromEntries([...params].filter(([name]) => name.startsWith('col.')).map(([name, value]) => [name.slice(4), value]));
  return {
    model: text('model'), action: text('action'), tool: text('tool'), tenant: text('tenant'), outcome: text('outcome') as Outcome | undefined, text: text('text'),
    from: text('from') === undefined ? undefined : new Date(text('from') ?? ''), until: text('until') === undefined ? undefined : new Date(text('until') ?? ''),
    actor: text('actor') === undefined ? undefined : { id: text('actor') },
    target: text('targetType') === undefined ? undefined : { type: text('targetType') ?? '', id: text('targetId') },
    correlationId: text('correlation'), requestId: text('request'), unexplained: params.has('unexplained') ? true : undefined,
    columns: Object.keys(columns).length === 0 ? undefined : columns,
    limit: params.has('limit') ? Number(params.get('limit')) : undefined, after: text('after'), before: text('before'), count: params.get('count') !== '0',
  };
}

function tail(view: LogView, request: Request): Response {
  let cursor: string | undefined;
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(encoder.encode(': hello\n\n'));
      while (!request.signal.aborted) {
        const batch = await view.tail(cursor);
        cursor = batch.cursor;
        for (const item of batch.results) controller.enqueue(encoder.encode(`data: ${JSON.stringify(item)}\n\n`));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}
