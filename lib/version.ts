import manifest from '../package.json' with { type: 'json' };

/** The release, as package.json has it: `--version`, the log and `/health` say it, and so do the images' labels. */
export const VERSION: string = manifest.version;
