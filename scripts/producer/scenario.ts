import { type Ingredients, type Message, makeMessage } from './message.ts';
import { repeated, shuffled } from './random.ts';

/** The 27 messages of one round of the scenario. */
export const SCENARIO = { good: 16, late: 4, missing_field: 4, wrong_type: 3 } as const;

/** One round, in random order. */
export function scenario(ingredients: Ingredients): Message[] {
  return shuffled(ingredients.random, repeated(SCENARIO)).map((kind) => makeMessage(kind, ingredients));
}
