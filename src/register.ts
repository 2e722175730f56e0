// `node --import mlflow-ts/register --test tests/*.test.ts`: lets Node import TypeScript, as `mlflow-ts run` does.
import 'jiti/register';
