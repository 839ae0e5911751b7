/** The page: `viewerPage` of `@deedlog/viewer`, or anything of its shape. */
export type ViewerOption = (options: { readonly base: string }) => { readonly html: string; readonly headers: Readonly<Record<string, string>> };

/** The element: `historyElementScript` of `@deedlog/viewer`. */
export type HistoryElementOption = () => { readonly script: string; readonly headers: Readonly<Record<string, string>> };
