import { z } from 'zod';
import { ENGINE_PREFERENCES } from '../../src/index.ts';
import { prunerParameters } from './pruner.ts';

/** A search space as it stands in YAML; its meaning is checked by the task that opens the study. */
const searchSpace = z.record(z.string(), z.json());

const studyMetric = z.enum(['validationAccuracy', 'validationLoss', 'parameters', 'imagesPerSecond']);

/** What `hpo` takes. */
export const hpoParameters = z.strictObject({
  tensorCache: z
    .string()
    .min(1)
    .default('latest')
    .describe('Id or id prefix of the tensor cache that prep wrote, or "latest"'),
  study: z.string().min(1).optional().describe('Name of the study; the name of an unfinished one continues it'),
  experiment: z
    .string()
    .min(1)
    .optional()
    .describe('Experiment that the training runs belong to; default: the name of the dataset'),
  backbone: z
    .string()
    .min(1)
    .optional()
    .describe('Learn from the features of this frozen network: a name (mobilenet_v2) or the path of a YAML'),
  augmentedCopies: z
    .int()
    .min(0)
    .max(100)
    .default(0)
    .describe('With a backbone: varied copies of each training image whose features are learned from too'),
  augmentation: z
    .strictObject({
      flip: z.boolean().exactOptional(),
      shift: z.number().min(0).max(1).exactOptional(),
      rotation: z.number().min(0).max(180).exactOptional(),
      brightness: z.number().min(0).max(1).exactOptional(),
      noise: z.number().min(0).max(1).exactOptional(),
    })
    .default({ rotation: 10, shift: 0.05, brightness: 0.1 })
    .describe(
      'How those copies are varied: flip, shift and brightness (shares), rotation (degrees), noise (deviation)',
    ),
  architecture: z
    .string()
    .min(1)
    .optional()
    .describe(
      'cnn (default), dense, lenet, vgg-bn, resnet-small or mobilenet-like; with a backbone its head: linear (default) or mlp',
    ),
  initialModel: z
    .string()
    .min(1)
    .optional()
    .describe('Begin with the weights of this model version, of the same architecture: signs/3 or signs@champion'),
  space: searchSpace
    .optional()
    .describe(
      'Search space; default: a small one for the architecture: {"learningRate": {"choice": [0.001, 0.002]}, "filters": {"int": [8, 32], "step": 8}}',
    ),
  training: z
    .record(z.string(), z.json())
    .optional()
    .describe('Parameters of training that are the same for every trial: {"optimizer": "sgd", "momentum": 0.9}'),
  sampler: z
    .enum(['grid', 'random', 'tpe'])
    .default('grid')
    .describe('How trials are chosen from the space: all of it, at random, or near what was good (TPE)'),
  trials: z.int().min(1).max(10_000).default(20).describe('Largest number of trials; a grid may have fewer cells'),
  trialEpochs: z.int().min(1).max(10_000).default(3).describe('Epochs of each trial'),
  trialShare: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('Share of the training images that a trial sees; the final training sees all'),
  workers: z.int().min(1).max(64).default(2).describe('Trials that run at once, each in its own process'),
  metrics: z
    .tuple([studyMetric], studyMetric)
    .default(['validationAccuracy'])
    .describe(
      'What trials are ranked by: validationAccuracy, validationLoss, parameters, imagesPerSecond; several give a Pareto list',
    ),
  ...prunerParameters,
  maxRetries: z
    .int()
    .min(0)
    .default(3)
    .describe('How often a trial is run again whose process died, or that failed when the study is continued'),
  failOnFailedTrials: z.boolean().default(false).describe('Fail the flow when a trial failed; else it only shows'),
  seed: z.int().min(0).default(1).describe('Seed of sampling, initial weights and shuffling'),
  systemMetrics: z
    .boolean()
    .default(true)
    .describe('Record CPU, memory, disk and images a second of each training, as metrics under system/'),
  engine: z.enum(ENGINE_PREFERENCES).default('auto').describe('Training engine; auto takes the fastest that can'),
});
