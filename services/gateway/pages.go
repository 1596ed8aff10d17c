package gateway

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	indexPage = "index.html"
	// assets is the folder of the files that have a hash of their content in their name.
	assets = "assets/"
)

// pages are the files of the web app.
type pages struct {
	files map[string]page
	// reserved are the first parts of paths that are never a page of the web app.
	reserved map[string]bool
}

type page struct {
	content []byte
	etag    string
}

func newPages(files fs.FS) (*pages, error) {
	p := &pages{files: map[string]page{}, reserved: map[string]bool{}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		p.files[name] = page{content: content, etag: `"` + hex.EncodeToString(sum[:8]) + `"`}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("web app: %w", err)
	}
	return p, nil
}

// reserve keeps the first part of an endpoint's path for endpoints.
func (p *pages) reserve(route string) { p.reserved[firstPart(route)] = true }

func firstPart(route string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(route, "/"), "/")
	return first
}

// serve answers with a file of the web app, or with its page, which then looks at the path itself.
func (p *pages) serve(c echo.Context) error {
	name := strings.TrimPrefix(path.Clean("/"+c.Request().URL.Path), "/")
	if first := firstPart(name); p.reserved[first] || first == "api" {
		return echo.ErrNotFound
	}
	file, ok := p.files[name]
	if !ok && strings.HasPrefix(name, assets) {
		return echo.ErrNotFound
	}
	cache := "no-cache"
	switch {
	case !ok:
		// A page of its own answers for all paths below its name; the web app's first page for all others.
		if name = firstPart(name) + ".html"; p.files[name].etag == "" {
			name = indexPage
		}
		if file, ok = p.files[name]; !ok {
			return c.String(http.StatusServiceUnavailable, "The web app has not been built: run `make build` and start Afterglow again.\n")
		}
	case strings.HasPrefix(name, assets):
		cache = "public, max-age=31536000, immutable"
	}
	h := c.Response().Header()
	h.Set(echo.HeaderCacheControl, cache)
	h.Set("ETag", file.etag)
	http.ServeContent(c.Response(), c.Request(), name, time.Time{}, bytes.NewReader(file.content))
	return nil
}
