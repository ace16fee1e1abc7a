/** What podkeep needs to know of the machine's security profiles. Implemented by node/. */

import type { ProfileFound, ProfileName } from '../pod/index.js'

export interface SecurityProfiles {
  /**
   * As things are now. Never rejects: that there is no such profile is an answer. A seccomp profile's text is JSON in one line; of
   * an AppArmor profile the text is empty, and one that podkeep may not look for counts as found: the engine will tell.
   */
  find(profile: ProfileName): Promise<ProfileFound>
}
