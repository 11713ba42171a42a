/**
 * The first step of the program: it sees to it that Node.js is new enough for all the others, in syntax that the
 * older ones can read. `lib/main.ts` is a symbolic link to this file. Node.js goes by the name of what a link points
 * to, and the older ones refuse a name in `.ts` before they read a word of what is in it.
 */
const NODE_NEEDED = 26;

if (Number.parseInt(process.versions.node, 10) >= NODE_NEEDED) import('./program.ts');
else {
  process.stderr.write(
    `This needs Node.js ${NODE_NEEDED} or newer, and was started with ${process.version}: install it from https://nodejs.org/en/download, or run "npm ci" and then "npm start --silent", which brings its own.\n`,
  );
  // The program's exit code for what a person has to change.
  process.exitCode = 2;
}
