import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

/** What expressions may refer to: `github`, `secrets` and the like, by name. */
export type Contexts = Readonly<Record<string, unknown>>;

/** A text of a workflow with every `${{ … }}` in it replaced by its value. */
export function fillIn(text: string, contexts: Contexts): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => valueOf(expression, contexts).coerceString());
}

/** Whether a step with this `if:` runs, after steps that have all succeeded. */
export function holds(condition: string, contexts: Contexts): boolean {
  const value = valueOf(condition, contexts);
  return value.kind === data.Kind.Boolean ? value.value : value.coerceString() !== '';
}

function valueOf(expression: string, contexts: Contexts): data.ExpressionData {
  const { tokens } = new Lexer(expression.trim()).lex();
  const always = { name: 'always', minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(true) };
  const parsed = new Parser(tokens, Object.keys(contexts), [always]).parse();
  const given = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  return new Evaluator(parsed, given, new Map([['always', always]])).evaluate();
}
