export { codeOf, diskError } from './failure.js'
export { makeFolders } from './folders.js'
export { bytesPerBlock, rotatedFiles, type Space } from './rotated-files.js'
