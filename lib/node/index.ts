export { LocalSecurityProfiles } from './security-profiles.js'
