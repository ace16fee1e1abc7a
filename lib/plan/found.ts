/** What a look at the sources of a container's variables finds. */

/** What is found at a source. absent: the variable is not set. problem: the container cannot be made, and why. */
export type Found = { readonly value: string } | 'absent' | { readonly problem: string }

/** The variables of one `envFrom`; without any where it is optional and not there. */
export type FoundAll = { readonly variables: ReadonlyMap<string, string> } | { readonly problem: string }
