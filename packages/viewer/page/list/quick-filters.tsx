import type { JSX } from 'preact';
import type { ModelItem } from '@deedlog/core';
import { Icon } from '../show/icon.tsx';
import { OUTCOMES } from '../show/outcome-mark.tsx';
import { LAST } from '../state/request-filters.ts';
import { change, route } from '../state/route.ts';

/** The filters that are asked for most: time, outcome, model. */
export function QuickFilters({ models }: { readonly models: readonly ModelItem[] }): JSX.Element {
  const params = route.value;
  const outcome = params.get('outcome');
  const exact = params.has('from') || params.has('until');
  return (
    <>
      <label class="pick"><span class="unseen">Time</span>
        <select value={exact ? 'exact' : (params.get('last') ?? '')} onChange={({ currentTarget }) => change({ last: currentTarget.value || null, from: null, until: null, open: null })}>
          <option value="">All time</option>
          {Object.entries(LAST).map(([name, [label]]) => <option key={name} value={name}>{label}</option>)}
          {exact && <option value="exact" disabled>Chosen time</option>}
        </select>
      </label>
      {models.length > 1 && (
        <label class="pick"><span class="unseen">Model</span>
          <select value={params.get('model') ?? ''} onChange={({ currentTarget }) => change({ model: currentTarget.value || null, cols: null, open: null })}>
            {models.map((model) => <option key={model.name} value={model.default ? '' : model.name}>{model.default ? 'Default model' : model.name}</option>)}
          </select>
        </label>
      )}
      <div class="segments" role="group" aria-label="Outcome">
        {OUTCOMES.map((name) => (
          <button key={name} type="button" class={name} aria-pressed={outcome === name} onClick={() => change({ outcome: outcome === name ? null : name, open: null })}>
            <Icon name={name} /><span>{name}</span>
          </button>
        ))}
      </div>
    </>
  );
}
