//go:build tool

// Package tool names the program that is built here, so that `go mod tidy` keeps the modules that it needs.
package tool

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
