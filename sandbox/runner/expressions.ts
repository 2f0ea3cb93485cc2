import type { data as Data } from '@actions/expressions';

/** What expressions may refer to: `github`, `secrets` and the like, by name. */
export type Contexts = Readonly<Record<string, unknown>>;

export interface Expressions {
  /** A text of a workflow with every `${{ … }}` in it replaced by its value. */
  readonly fillIn: (text: string, contexts: Contexts) => string;
  /** Whether a step with this `if:` runs, after steps that have all succeeded. */
  readonly holds: (condition: string, contexts: Contexts) => boolean;
}

/** Loads GitHub's own evaluator, which only `import()` finds from everywhere that the sandbox is run from. */
export async function loadExpressions(): Promise<Expressions> {
  const { data, Evaluator, Lexer, Parser } = await import('@actions/expressions');
  const always = { name: 'always', minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(true) };

  function valueOf(expression: string, contexts: Contexts): Data.ExpressionData {
    const { tokens } = new Lexer(expression.trim()).lex();
    const parsed = new Parser(tokens, Object.keys(contexts), [always]).parse();
    const given = JSON.parse(JSON.stringify(contexts), data.reviver) as Data.Dictionary;
    return new Evaluator(parsed, given, new Map([['always', always]])).evaluate();
  }

  return {
    fillIn: (text, contexts) =>
      text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => valueOf(expression, contexts).coerceString()),
    holds(condition, contexts) {
      const value = valueOf(condition, contexts);
      return value.kind === data.Kind.Boolean ? value.value : value.coerceString() !== '';
    },
  };
}
