/**
 * Lint, with types: the faults this guards against are promises nobody waits for, switches that forget a case, and `any`
 * leaking in from a library. The core rooms have rules of their own: they are functions of their arguments.
 */
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const core = 'lib/{pod,manifest,plan,status}/**/*.ts'

const environmentIsReadInCli = {
  object: 'process',
  property: 'env',
  message: 'the environment is read in lib/cli only: take the value as an argument',
}

const coreIsPure = {
  'no-restricted-globals': [
    'error',
    ...['Date', 'performance'].map((name) => ({ name, message: 'the core has no clock: take nowMs as an argument' })),
    ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'].map((name) => ({
      name,
      message: 'the core does not wait: return a wait, the supervisor sets the timer',
    })),
    ...['process', 'console', 'fetch', 'globalThis', 'crypto'].map((name) => ({
      name,
      message: 'the core does not touch the world: take a value, return a value',
    })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Math', property: 'random', message: 'the core has no randomness: take the value as an argument' },
    environmentIsReadInCli,
  ],
}

const noAsync = { selector: ':function[async=true]', message: 'the core is synchronous' }
const noPromise = { selector: "Identifier[name='Promise']", message: 'the core is synchronous' }
const noModuleState = { selector: 'Program > VariableDeclaration[kind!="const"]', message: 'the core keeps no state' }
const noExportedState = {
  selector: 'Program > ExportNamedDeclaration > VariableDeclaration[kind!="const"]',
  message: 'the core keeps no state',
}
const noClass = { selector: ':matches(ClassDeclaration, ClassExpression)', message: 'the core is values and functions' }

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', '.tap/', 'lib/**/*.generated.*', 'lib/**/generated/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', 350],
      'no-restricted-properties': ['error', environmentIsReadInCli],
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/consistent-type-exports': 'error',
      // `async` without `await` is how a synchronous implementation of a port turns every throw into a rejection.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `while (true)` with a reasoned exit inside says what it means.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // An expression arrow that returns nothing is how a callback is written in one line.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Both read well where they stand; the project does not choose between them.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/prefer-regexp-exec': 'off',
    },
  },

  {
    files: [core],
    rules: {
      ...coreIsPure,
      'no-restricted-syntax': ['error', noAsync, noPromise, noModuleState, noExportedState, noClass],
    },
  },
  {
    files: ['lib/pod/errors.ts', 'lib/pod/invariant.ts'],
    rules: { 'no-restricted-syntax': ['error', noAsync, noPromise, noModuleState, noExportedState] },
  },
  { files: ['lib/cli/**/*.ts', 'bin/**/*.ts', 'test/**/*.ts'], rules: { 'no-restricted-properties': 'off' } },

  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines': 'off',
      // A test asserts that a value is there by using it.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      // t.test() returns a promise that tap itself waits for.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          ignoreVoid: false,
          allowForKnownSafePromises: [{ from: 'package', package: '@tapjs/core', name: 'PromiseWithSubtest' }],
        },
      ],
    },
  },

  {
    files: ['**/*.{js,mjs,cjs}'],
    rules: {
      eqeqeq: 'error',
      'max-lines': ['error', 350],
      'no-unused-vars': 'error',
      'prefer-const': 'error',
      'no-var': 'error',
    },
  },
)
