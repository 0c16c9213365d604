// Package anchor is what of an agent lives in the cluster that it manages: the
// namespace, the key that seals its local store, and the lease that keeps two
// agents from acting at once.
//
// It refuses to overwrite a key: a Secret that is there but holds no usable key
// is an error, since replacing it would make every sealed value unreadable.
package anchor
