// Package archive turns a tar archive, compressed or not, into a tree in
// memory. Nothing is ever written with a name of the archive's choosing.
//
// It refuses absolute names, "..", hard links, devices, symbolic links that
// lead out, and whatever unpacks to more than the limits, while it streams.
package archive
