export { DirectorySource, type DirectorySourceOptions } from './directory-source.js'
export { trustedWriters, type Writers } from './writers.js'
export { whyNotManifestName } from './file-name.js'
export { lookAtDirectory, lookAtFile, lookAtName, manifestLimitBytes, type DirectoryLook } from './one-look.js'
