// Package jsonnet evaluates Jsonnet files of a tree with google/go-jsonnet.
//
// Jsonnet is a programming language and the library can neither be interrupted
// nor told how much memory to use: `std.makeArray(1e9, f)` takes all there is
// in one call. So a file is evaluated in a child process, this very binary
// started once more, that the kernel limits in memory and processor time and
// that is killed when the context ends. The child has no environment and no
// need of files: it asks the parent for what is imported, and the parent reads
// from the tree alone.
//
// What is imported is looked for beside the importing file, then in the
// libraries, the last one first, then in the Application's folder, as in Argo
// CD. Absolute paths and those that leave the repository are refused.
package jsonnet
