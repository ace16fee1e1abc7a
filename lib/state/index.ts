export { StateFolder } from './state-folder.js'
