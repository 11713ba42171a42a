/** The contents of the fenced blocks that begin with exactly this info string, such as `json settings`. */
export function fencedBlocks(markdown: string, info: string): string[] {
  return [...markdown.matchAll(/^```(.+)\n([\s\S]*?)\n```$/gm)]
    .filter(([, found]) => found === info)
    .map(([, , content]) => content!);
}

/** What stands under a heading, up to the next heading of any level. */
export function sectionOf(markdown: string, heading: string): string {
  const sections = withoutFences(markdown).split(/^#+ /m);
  const section = sections.find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`there is no heading "${heading}"`);
  return section;
}

/** The rows of the tables in a text, header apart, as their cells without back-ticks. */
export function tableRows(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => /^\| .*\|$/.test(line) && !/^\| -{3}/.test(line))
    .map((line) => line.slice(1, -1).split('|'))
    .map((cells) => cells.map((cell) => cell.trim().replaceAll('`', '')))
    .filter(([first]) => first !== 'name');
}

/** The targets of inline links. */
export function linksOf(markdown: string): string[] {
  return [...withoutFences(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
}

/** The anchors that GitHub makes of headings. */
export function anchorsOf(markdown: string): string[] {
  return [...withoutFences(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutFences(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, '');
}
