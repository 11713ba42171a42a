import { createReadStream } from 'node:fs';
import chain from 'stream-chain';
import jsonlParser from 'stream-chain/jsonl/parser.js';
import { parser } from 'stream-json';
import { type StreamArrayItem, streamArray } from 'stream-json/streamers/stream-array.js';
import { messageOf, WrongSettings } from '../../lib/errors.ts';
import { fromFile, type Ingredients, type Message } from './message.ts';

declare global {
  interface JSON {
    /** A number that is written as exactly this text (https://tc39.es/proposal-json-parse-with-source/). */
    rawJSON(text: string): unknown;
  }
}

/**
 * The user's own events, one message for each element of a `.json` array or each line of a `.jsonl` file. The
 * file is read as a stream, so its size does not matter, and each number is sent with the digits that stand in
 * the file: `12345678901234567890` would lose the last ones as a JavaScript number.
 *
 * A file that breaks off or is broken ends with an error. The parser reports it for the piece of the file that
 * it is reading, and elements just before the fault may be lost with it; so the error names the last good one.
 */
export async function* readEventFile(path: string, ingredients: Ingredients): AsyncGenerator<Message> {
  let lastGood = -1;
  try {
    for await (const { key, value } of openFile(path)) {
      yield fromFile(
        JSON.stringify(value),
        Array.isArray(value) ? Math.max(1, value.length) : 1,
        ingredients,
      );
      lastGood = key;
    }
  } catch (error) {
    throw explain(error, path, lastGood);
  }
}

function openFile(path: string): AsyncIterable<StreamArrayItem> {
  const file = createReadStream(path);
  return path.endsWith('.jsonl')
    ? chain([file, jsonlParser(asWritten)])
    : chain([file, parser({ streamValues: false }), numbersAsWritten, streamArray()]);
}

/** For `JSON.parse`, which passes the source text of each number. */
function asWritten(this: unknown, _key: string, value: unknown, context?: { source: string }): unknown {
  return typeof value === 'number' && context ? JSON.rawJSON(context.source) : value;
}

/** The same for stream-json: what a string token holds is put into the object as it is. */
function numbersAsWritten(token: parser.Token): parser.Token {
  return token.name === 'numberValue'
    ? { name: 'stringValue', value: JSON.rawJSON(token.value) as string }
    : token;
}

function explain(error: unknown, path: string, lastGood: number): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code && /^E[A-Z]+$/.test(code) && lastGood < 0)
    return new WrongSettings(`FILE=${path} cannot be read (${messageOf(error)}).`, { cause: error });
  const where =
    lastGood < 0
      ? 'before its first event'
      : `after the event with index ${lastGood} (the first one is 0); nothing after that one was sent`;
  return new Error(`${path} is not what its name says: it is broken ${where}. ${messageOf(error)}`, {
    cause: error,
  });
}
