/** A name that can stand in a path as it is. Every other one is quoted, so that no two paths read the same. */
const PLAIN_NAME = /^[^.[\]"]+$/;

/** `address.city`; a name with a dot or bracket in it is quoted: `address["a.b"]`. */
export function joinName(path: string, name: string): string {
  if (!PLAIN_NAME.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

/** An element of a list by its id: `items[id=3]`. */
export function joinId(path: string, identifyBy: string, id: string): string {
  return `${path}[${identifyBy}=${PLAIN_NAME.test(id) ? id : JSON.stringify(id)}]`;
}

const SEGMENT = /\[("(?:[^"\\]|\\.)*")\]|\[[^\]"]*(?:"(?:[^"\\]|\\.)*")?\]|[^.[\]]+/g;

/** The property names along a path; ids of list elements are left out. */
export function namesOf(path: string): string[] {
  if (PLAIN_NAME.test(path)) return [path];
  const names: string[] = [];
  for (const [segment, quoted] of path.matchAll(SEGMENT)) {
    if (quoted !== undefined) names.push(unquoted(quoted));
    else if (!segment.startsWith('[')) names.push(segment);
  }
  return names;
}

function unquoted(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
