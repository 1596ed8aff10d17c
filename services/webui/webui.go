// Package webui holds the built web app. It hides where the build puts it, which is the folder dist
// beside this file; a checkout without a build has none of its files.
package webui

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files are the files of the web app; without a build there is no index.html among them.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return files
}
