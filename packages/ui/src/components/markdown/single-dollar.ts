import { math } from "micromark-extension-math";
import type { Code, Construct, Extension, State, Tokenizer } from "micromark-util-types";

const dollar = 36;
const space = 32;

/** Formulas between `$$`, and between single dollars only where prices, variables of a shell and currencies are not meant. */
export function mathSyntax(): readonly Extension[] {
  return [math({ singleDollarTextMath: false }), { text: { [dollar]: singleDollarMath() } }];
}

/** The construct of the library, tried only where `formulaAhead` finds a formula. */
function singleDollarMath(): Construct {
  const constructs = math().text?.[dollar];
  if (constructs === undefined || Array.isArray(constructs)) throw new Error("One construct of math was expected");
  const construct: Construct = constructs;
  return {
    ...construct,
    tokenize(effects, ok, nok) {
      return effects.check(
        { tokenize: formulaAhead, partial: true },
        construct.tokenize.call(this, effects, ok, nok),
        nok,
      );
    },
  };
}

/**
 * Pandoc's rule, with GitHub's addition: no space stands beside the dollars on their inside, and neither letter nor digit on their
 * outside. "From $5 to $10" and "$HOME/$USER" are not formulas.
 */
const formulaAhead: Tokenizer = function (effects, ok, nok) {
  const { previous: before } = this;
  let previous: Code = null;

  const begin: State = (code) => {
    if (isWordlike(before)) return nok(code);
    effects.enter("data");
    effects.consume(code);
    return first;
  };
  const first: State = (code) => (code === dollar || isSpace(code) ? nok(code) : inside(code));
  const inside: State = (code) => {
    if (code === null) return nok(code);
    if (code === dollar && isSpace(previous)) return nok(code);
    previous = code;
    effects.consume(code);
    return code === dollar ? after : inside;
  };
  const after: State = (code) => {
    effects.exit("data");
    return code === dollar || isWordlike(code) ? nok(code) : ok(code);
  };
  return begin;
};

/** Line endings and tabs have negative codes. */
const isSpace = (code: Code) => code === null || code === space || code < 0;

const isWordlike = (code: Code) => code !== null && code > 0 && /[\w{]/.test(String.fromCodePoint(code));
