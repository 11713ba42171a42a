import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { FastifyInstance } from 'fastify';

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { schema: object }>> }>
  >;
}

/** The OpenAPI document that a server hands out, to hold its answers against. */
export class OpenApi {
  readonly document: { readonly openapi: string; readonly paths: Record<string, Record<string, Operation>> };
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  static async of(server: FastifyInstance): Promise<OpenApi> {
    return new OpenApi((await server.inject('/openapi.json')).json());
  }

  constructor(document: OpenApi['document']) {
    this.document = document;
    this.#ajv.addFormat('date-time', DATE_TIME);
    this.#ajv.addSchema({ $id: 'openapi', ...document });
  }

  get paths(): string[] {
    return Object.keys(this.document.paths);
  }

  /** What is wrong with an answer, according to the document; nothing, if it is as documented. */
  problemsOf(path: string, { statusCode, headers, body }: Answer): unknown {
    const response = this.document.paths[path]?.get?.responses[statusCode];
    if (!response) return `the document knows no ${statusCode} of ${path}`;
    const contentType = String(headers['content-type']).replace(/;.*/, '');
    if (!response.content[contentType]) return `the document knows no ${contentType} of ${path}`;
    if (contentType !== 'application/json') return undefined;
    const validate = this.#validator(path, statusCode, contentType);
    return validate(JSON.parse(body)) ? undefined : validate.errors;
  }

  #validator(path: string, status: number, contentType: string): ValidateFunction {
    const pointer = ['paths', path, 'get', 'responses', String(status), 'content', contentType, 'schema']
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    return this.#ajv.compile({ $ref: `openapi#/${pointer}` });
  }
}
