import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** No sandbox, because tests often run as root in a container; nothing of the browser's own calls home. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const PATIENCE_MS = 20_000;

/** The browser of this machine: none is downloaded for a test. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH || '/usr/bin/chromium';
  if (!existsSync(executablePath))
    throw new Error(
      `There is no browser at ${executablePath}. Install one (apt-get install chromium), or set CHROMIUM_PATH to a Chromium or Chrome.`,
    );
  return chromium.launch({ executablePath, args: ARGS });
}

/** Somebody who looks at the page, and notes what no visitor should meet. */
export class Visitor {
  readonly page: Page;
  readonly errors: string[] = [];
  readonly requests: string[] = [];
  readonly #origin: string;

  static async at(browser: Browser, origin: string, options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const visitor = new Visitor(await context.newPage(), origin);
    await visitor.page.goto(origin);
    await visitor.sees('#state-text', /^Live$/);
    return visitor;
  }

  private constructor(page: Page, origin: string) {
    this.page = page;
    this.#origin = origin;
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('request', (request) => this.requests.push(request.url()));
  }

  get requestsElsewhere(): string[] {
    return this.requests.filter((url) => new URL(url).origin !== new URL(this.#origin).origin);
  }

  /** Resolves once the text of the first such element matches. */
  async sees(selector: string, pattern: RegExp): Promise<void> {
    await this.page.locator(selector).filter({ hasText: pattern }).first().waitFor({ timeout: PATIENCE_MS });
  }

  /** The cells of each row as they are shown, without the commas that only help the eye. */
  async rows(body: '#windows' | '#types' | '#reasons'): Promise<string[][]> {
    const script = `[...document.querySelectorAll('${body} tr')].map((row) =>
      [...row.cells].map((cell) => cell.textContent.trim()))`;
    const rows = await this.page.evaluate<string[][]>(script);
    return rows.map((cells) => cells.map((text) => text.replace(/(?<=\d),(?=\d{3})/g, '')));
  }

  /** Resolves to the rows once they are as wanted. */
  async rowsOnce(
    body: '#windows' | '#types' | '#reasons',
    condition: (rows: string[][]) => boolean,
  ): Promise<string[][]> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const rows = await this.rows(body);
      if (condition(rows)) return rows;
      if (deadline.aborted) throw new Error(`${body} still shows ${JSON.stringify(rows)}`);
      await this.page.waitForTimeout(100);
    }
  }

  async leave(): Promise<void> {
    await this.page.context().close();
  }
}
