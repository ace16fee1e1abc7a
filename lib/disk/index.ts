export { codeOf, diskError } from './failure.js'
export { makeFolders } from './folders.js'
