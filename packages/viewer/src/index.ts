export { historyElementScript, type HistoryElementScript } from './history-element-script.ts';
export { viewerPage, type ViewerPage, type ViewerPageOptions } from './viewer-page.ts';
