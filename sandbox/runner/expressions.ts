import type { data as Data } from '@actions/expressions';
import { hashFiles } from './hash-files';

/** What expressions may refer to: `github`, `secrets` and the like, by name. */
export type Contexts = Readonly<Record<string, unknown>>;

/** How what went before has ended. */
export type Status = 'success' | 'failure';

export interface Expressions {
  /** A text of a workflow with every `${{ … }}` in it replaced by its value. */
  readonly fillIn: (text: string, contexts: Contexts) => string;
  /** The value of a text that is one expression and nothing else, such as a list; of any other, the text filled in. */
  readonly valueOf: (text: string, contexts: Contexts) => unknown;
  /**
   * Whether a step or job with this `if:` runs, with or without `${{ }}` around it. One that asks for no status asks for
   * success.
   *
   * @param status how those before have ended: all well if omitted
   */
  readonly holds: (condition: string, contexts: Contexts, status?: Status) => boolean;
}

/** An expression in a text; its strings, in single quotes, may have braces. */
const EXPRESSION = /\$\{\{((?:'[^']*'|(?!\}\})[^'])*)\}\}/g;

/**
 * Loads GitHub's own evaluator, which only `import()` finds from everywhere that the sandbox is run from.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
 */
export async function loadExpressions(): Promise<Expressions> {
  const { data, Evaluator, Lexer, Parser } = await import('@actions/expressions');

  function evaluate(expression: string, contexts: Contexts, status: Status): Evaluated {
    const asked = new Set<string>();
    const answer = (name: string, value: boolean) => ({
      name,
      minArgs: 0,
      maxArgs: 0,
      call: () => new data.BooleanData(value),
    });
    const statuses = [
      answer('always', true),
      answer('success', status === 'success'),
      answer('failure', status === 'failure'),
      answer('cancelled', false),
    ];
    const hash = {
      name: 'hashFiles',
      minArgs: 1,
      maxArgs: 255,
      call: (...patterns: Data.ExpressionData[]) => new data.StringData(hashIn(contexts, patterns)),
    };
    const { tokens } = new Lexer(expression.trim()).lex();
    for (const { lexeme } of tokens) asked.add(lexeme.toLowerCase());
    const known = [...statuses, hash];
    const parsed = new Parser(tokens, Object.keys(contexts), known).parse();
    const given = JSON.parse(JSON.stringify(contexts), data.reviver) as Data.Dictionary;
    const value = new Evaluator(
      parsed,
      given,
      new Map(known.map((each) => [each.name.toLowerCase(), each])),
    ).evaluate();
    return { value, asksForStatus: statuses.some(({ name }) => asked.has(name)) };
  }

  const fillIn = (text: string, contexts: Contexts) =>
    text.replaceAll(EXPRESSION, (_, expression: string) =>
      evaluate(expression, contexts, 'success').value.coerceString(),
    );

  return {
    fillIn,
    valueOf(text, contexts) {
      const [, expression] = new RegExp(`^\\s*${EXPRESSION.source}\\s*$`).exec(text) ?? [];
      if (expression === undefined) return fillIn(text, contexts);
      return JSON.parse(JSON.stringify(evaluate(expression, contexts, 'success').value, data.replacer)) as unknown;
    },
    holds(condition, contexts, status = 'success') {
      const [, inner = condition] = new RegExp(`^\\s*${EXPRESSION.source}\\s*$`).exec(condition) ?? [];
      const { value, asksForStatus } = evaluate(inner, contexts, status);
      const holds = value.kind === data.Kind.Boolean ? value.value : isTrue(value);
      return holds && (asksForStatus || status === 'success');
    },
  };

  /** Of files in the workspace, which the context `github` names. */
  function hashIn({ github }: Contexts, patterns: readonly Data.ExpressionData[]): string {
    const { workspace } = (github ?? {}) as { readonly workspace?: string };
    if (workspace === undefined) throw new Error('hashFiles() needs a workspace, which there is not here');
    return hashFiles(
      workspace,
      patterns.map((pattern) => pattern.coerceString()),
    );
  }

  function isTrue(value: Data.ExpressionData): boolean {
    if (value.kind === data.Kind.Array || value.kind === data.Kind.Dictionary) return true;
    return !['', '0', 'NaN'].includes(value.coerceString());
  }
}

interface Evaluated {
  readonly value: Data.ExpressionData;
  /** Whether it calls `success()` and the like. */
  readonly asksForStatus: boolean;
}
