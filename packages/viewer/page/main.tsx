import { render } from 'preact';
import { App } from './shell/app.tsx';

const { base = '', title = 'Audit log' } = document.documentElement.dataset;
const root = document.getElementById('app');
if (root !== null) render(<App base={base} title={title} />, root);
