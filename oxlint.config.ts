import { defineConfig, type OxlintConfig, type OxlintOverride } from "oxlint";

/** Stages of the advisor in the order of the data flow: a stage imports only those before it. */
const stages = [
  "log",
  "digest",
  "catalog",
  "workload",
  "candidates",
  "whatif",
  "findings",
  "report",
  "migration",
];

/** Folders of the database engines, known to nobody but the registries `engines.ts` and `fingerprinters.ts`. */
const engines = "postgres|mysql";

interface ForbiddenImport {
  readonly regex: string;
  readonly message: string;
  readonly allowTypeImports?: boolean;
}

const insides: ForbiddenImport = {
  regex: "^\\.\\.?/.*/(src|dist)/",
  message: "Import another package by its name: its public entry.",
};
const cli: ForbiddenImport = { regex: "^dbadvise(/|$)", message: "Nobody imports the CLI." };
const testkit: ForbiddenImport = {
  regex: "^@dbadvise/testkit(/|$)",
  message: "Only tests and benchmarks import the testkit.",
};
const engineFolders: ForbiddenImport = {
  regex: `^\\.\\.?/(.*/)?(${engines})/`,
  message: "Reach a database engine through engine.ts and the registry engines.ts.",
};

/** Packages of this workspace that a package's sources must not import. */
function packagesOtherThan(...allowed: string[]): ForbiddenImport {
  const names = ["advisor", "loader", "observe", "pool", "router"].filter(
    (name) => !allowed.includes(name),
  );
  return {
    regex: `^@dbadvise/(${names.join("|")})(/|$)`,
    message: "Not an arrow of ARCHITECTURE.md.",
  };
}

const advisor: readonly ForbiddenImport[] = [
  insides,
  cli,
  testkit,
  packagesOtherThan("observe"),
  {
    regex: "^@dbadvise/observe(/|$)",
    message: "The advisor knows only the types of observe.",
    allowTypeImports: true,
  },
];

function only(
  files: string[],
  forbidden: readonly ForbiddenImport[],
  excludeFiles: string[] = [],
): OxlintOverride {
  return {
    files,
    excludeFiles,
    rules: { "no-restricted-imports": ["error", { patterns: [...forbidden] }] },
  };
}

const config: OxlintConfig = defineConfig({
  plugins: ["typescript", "unicorn", "oxc", "import", "promise", "node", "vitest"],
  options: { typeAware: true },
  categories: { correctness: "error", suspicious: "error" },
  ignorePatterns: ["**/dist/**"],
  rules: {
    "import/no-cycle": "error",
    "no-console": "error",
    "typescript/ban-ts-comment": "error",
    "typescript/no-explicit-any": "error",
    "typescript/no-misused-promises": "error",
    "typescript/no-non-null-assertion": "error",
    "typescript/only-throw-error": "error",
    "typescript/switch-exhaustiveness-check": "error",
    // `pg` is CommonJS: its default import is the one that works everywhere.
    "import/no-named-as-default-member": "off",
    // Small functions stand where they are read.
    "unicorn/consistent-function-scoping": "off",
    // The compiler's noImplicitReturns knows which switches are exhaustive.
    "typescript/consistent-return": "off",
    // Rows of a driver and JSON are narrowed where they come in.
    "typescript/no-unsafe-type-assertion": "off",
    // Objects here are records of functions: none of them uses `this`.
    "typescript/unbound-method": "off",
  },
  overrides: [
    only(["**/*.ts"], [insides, cli]),
    only(
      ["packages/advisor/src/**/*.ts"],
      [...advisor, engineFolders],
      ["**/*.test.ts", "**/{engines,fingerprinters}.ts", `**/{postgres,mysql}/**`],
    ),
    only(
      [
        "packages/advisor/src/{engines,fingerprinters}.ts",
        `packages/advisor/src/{postgres,mysql}/**/*.ts`,
      ],
      advisor,
      ["**/*.test.ts"],
    ),
    ...stages.map((stage, position) =>
      only(
        [`packages/advisor/src/${stage}/**/*.ts`],
        [
          ...advisor,
          engineFolders,
          {
            regex: `^(\\.\\./)+((${stages
              .slice(position + 1)
              .concat("-")
              .join("|")})/|(analyze|engines|index)\\.ts$)`,
            message: `A stage imports only the stages before it: ${stages.join(", ")}.`,
          },
        ],
        ["**/*.test.ts"],
      ),
    ),
    only(
      ["packages/cli/src/**/*.ts"],
      [insides, cli, testkit, packagesOtherThan("advisor")],
      ["**/*.test.ts"],
    ),
    ...Object.entries({
      observe: [],
      pool: ["observe"],
      router: ["pool", "observe"],
      loader: ["observe"],
    }).map(([name, arrows]) =>
      only(
        [`packages/${name}/src/**/*.ts`],
        [insides, cli, testkit, packagesOtherThan(name, ...arrows)],
        ["**/*.test.ts"],
      ),
    ),
    {
      files: ["**/*.test.ts"],
      rules: {
        "typescript/no-non-null-assertion": "off",
        "vitest/expect-expect": ["error", { assertFunctionNames: ["expect", "expect*"] }],
        // The second argument is the message of a failure.
        "vitest/valid-expect": ["error", { maxArgs: 2 }],
      },
    },
    { files: ["benchmarks/**/*.ts", "examples/**/*.ts"], rules: { "no-console": "off" } },
    // Express 5 handles what its handlers reject with.
    { files: ["examples/**/*.ts"], rules: { "oxc/no-async-endpoint-handlers": "off" } },
  ],
});

export default config;
