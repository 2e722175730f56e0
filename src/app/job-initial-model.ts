import { z } from 'zod';

/** What a training in another process is told of the model that it begins with. */
export const jobInitialModelSchema = z.object({
  /** `signs/3`. */
  name: z.string(),
  /** Absolute path of its TensorFlow.js files. */
  folder: z.string(),
  /** A head for the same classes is taken over too. */
  classNames: z.array(z.string()),
});

export type JobInitialModel = Readonly<z.infer<typeof jobInitialModelSchema>>;
