import { Visitor } from 'oxc-parser';
import { describe, expect, test } from 'vitest';
import { readPackages } from './support/packages.ts';
import { parseSource } from './support/source-file.ts';
import type { SourceFile } from './support/source-file.ts';

/**
 * Words that have another name here. Matched against the words of what a package declares: `logEntryId` is
 * `log entry id`. Names that a library gives us (destructured, or keys of an object we pass on) are not declared by us.
 */
const forbidden: readonly { readonly words: RegExp; readonly say: string; readonly except?: RegExp; readonly membersOnly?: true; readonly isWordOf?: string }[] = [
  { words: /\b(log|audit) (entry|entries)\b/, say: 'activity, effect or audit record' },
  { words: /\b(audit|log|activity) events?\b/, say: 'activity (an event is Node’s or MikroORM’s)' },
  { words: /\bevents? (log|record)\b/, say: 'activity (an event is Node’s or MikroORM’s)' },
  { words: /\bdiff(s|ing)?\b/, say: 'changes', except: /^create diff\b/ },
  { words: /\bsubject\b/, say: 'target, or dataSubject', except: /\bdata subject\b/, membersOnly: true },
  { words: /\buser (id|name|label)\b/, say: 'actorId, actorLabel' },
  { words: /\b(by|acting|current) user\b/, say: 'actor' },
  { words: /\boperations?\b/, say: 'action (an operation is GraphQL’s)', isWordOf: 'packages/envelop/' },
  { words: /\bdeed\b(?! ?log)/, say: 'activity (deed is only the brand)' },
];

const sources = readPackages().flatMap((each) => each.sources);

describe('one word, one meaning', () => {
  test('no package declares a name with a forbidden word', () => {
    expect(sources.flatMap(wrongWords)).toEqual([]);
  });

  test.each([
    ['interface LogEntry {}', 'LogEntry'],
    ['const auditEvents = [];', 'auditEvents'],
    ['function diffRows() {}', 'diffRows'],
    ['interface A { subject: string }', 'subject'],
    ['class B { userId = 1 }', 'userId'],
    ['function c(operation: string) {}', 'operation'],
    ['type DeedRow = 1;', 'DeedRow'],
  ])('%s would be found', (text, name) => {
    expect(wrongWords(parseSource('a.ts', text))).toEqual([expect.stringContaining(`a.ts: ${name}: say `)]);
  });

  test.each(['function createDiff() {}', 'const dataSubject = 1;', 'const deedlog = 1; interface DeedlogOptions {}', 'const { operation } = args;'])('%s is allowed', (text) => {
    expect(wrongWords(parseSource('a.ts', text))).toEqual([]);
  });
});

function wrongWords(source: SourceFile): readonly string[] {
  return declaredNames(source).flatMap(({ name, isMember }) => {
    const words = splitWords(name);
    const hit = forbidden.find(
      (rule) =>
        rule.words.test(words) &&
        !(rule.except?.test(words) ?? false) &&
        (isMember || rule.membersOnly === undefined) &&
        (rule.isWordOf === undefined || !source.path.startsWith(rule.isWordOf)),
    );
    return hit === undefined ? [] : [`${source.path}: ${name}: say ${hit.say}`];
  });
}

function splitWords(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll(/[_$-]+/g, ' ').toLowerCase().trim();
}

interface Declared {
  readonly name: string;
  /** A field or method, of a type or a class. */
  readonly isMember: boolean;
}

/** Names of variables, functions, parameters, classes, types and their members. */
function declaredNames({ program }: SourceFile): readonly Declared[] {
  const names: Declared[] = [];
  const add = (isMember: boolean, nodes: readonly unknown[]): void => {
    for (const node of nodes as readonly ({ readonly type: string; readonly name?: unknown } | null)[]) {
      if (node?.type === 'Identifier' && typeof node.name === 'string') names.push({ name: node.name, isMember });
    }
  };
  new Visitor({
    VariableDeclarator: ({ id }) => add(false, [id]),
    FunctionDeclaration: ({ id, params }) => add(false, [id, ...params]),
    FunctionExpression: ({ params }) => add(false, params),
    ArrowFunctionExpression: ({ params }) => add(false, params),
    ClassDeclaration: ({ id }) => add(false, [id]),
    TSInterfaceDeclaration: ({ id }) => add(false, [id]),
    TSTypeAliasDeclaration: ({ id }) => add(false, [id]),
    PropertyDefinition: ({ key }) => add(true, [key]),
    MethodDefinition: ({ key }) => add(true, [key]),
    TSPropertySignature: ({ key }) => add(true, [key]),
    TSMethodSignature: ({ key }) => add(true, [key]),
  }).visit(program);
  return names;
}
