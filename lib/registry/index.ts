export { DockerCredentials, type CredentialFile } from './docker-credentials.js'
