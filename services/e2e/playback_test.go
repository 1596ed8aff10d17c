package e2e

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// contentTypes are those of all files that a player comes to.
var contentTypes = map[string]string{
	".m3u8": "application/vnd.apple.mpegurl", ".mpd": "application/dash+xml", ".mp4": "video/mp4", ".m4s": "video/iso.segment",
	".vtt": "text/vtt; charset=utf-8", ".jpg": "image/jpeg",
}

// fetch gets a file that a player asks for.
func (c *client) fetch(t testing.TB, file string) []byte {
	t.Helper()
	res := c.call(t, http.MethodGet, file, nil, nil)
	if kind := res.header.Get("Content-Type"); len(res.body) == 0 || kind == "" || kind != contentTypes[path.Ext(file)] {
		t.Errorf("GET %s: %d bytes of %q", file, len(res.body), kind)
	}
	return res.body
}

var attributeURI = regexp.MustCompile(`URI="([^"]+)"`)

// references are the files that a playlist names, in its order.
func references(playlist string, content []byte) []string {
	var files []string
	for text := range strings.Lines(string(content)) {
		name := strings.TrimSpace(text)
		if strings.HasPrefix(name, "#") {
			match := attributeURI.FindStringSubmatch(name)
			if match == nil {
				continue
			}
			name = match[1]
		}
		if name != "" {
			files = append(files, path.Join(path.Dir(playlist), name))
		}
	}
	return files
}

// tracks are the files of each of a clip's HLS playlists, the initialization first.
func (c *client) tracks(t testing.TB, hls string) [][]string {
	t.Helper()
	var tracks [][]string
	for _, playlist := range references(hls, c.fetch(t, hls)) {
		content := c.fetch(t, playlist)
		files := references(playlist, content)
		if len(files) < 2 || !bytes.Contains(content, []byte("#EXT-X-ENDLIST")) {
			t.Fatalf("%s is no whole playlist:\n%s", playlist, content)
		}
		tracks = append(tracks, files)
	}
	if len(tracks) == 0 {
		t.Fatalf("%s names no playlists", hls)
	}
	return tracks
}

// dashFiles are the files that a DASH manifest leads to.
func (c *client) dashFiles(t testing.TB, dash string) []string {
	t.Helper()
	var manifest struct {
		Templates []struct {
			Initialization string `xml:"initialization,attr"`
			Media          string `xml:"media,attr"`
			Timeline       []struct {
				Start    *int64 `xml:"t,attr"`
				Duration int64  `xml:"d,attr"`
				Repeat   int    `xml:"r,attr"`
			} `xml:"SegmentTimeline>S"`
		} `xml:"Period>AdaptationSet>Representation>SegmentTemplate"`
	}
	check(t, xml.Unmarshal(c.fetch(t, dash), &manifest))
	var files []string
	for _, template := range manifest.Templates {
		files = append(files, path.Join(path.Dir(dash), template.Initialization))
		at := int64(0)
		for _, run := range template.Timeline {
			if run.Start != nil {
				at = *run.Start
			}
			for range run.Repeat + 1 {
				files = append(files, path.Join(path.Dir(dash), strings.Replace(template.Media, "$Time$", fmt.Sprint(at), 1)))
				at += run.Duration
			}
		}
	}
	return files
}

// whole fetches every file of a packaged clip, and gives their addresses.
func (c *client) whole(t testing.TB, made clip) []string {
	t.Helper()
	files := slices.Concat(c.tracks(t, made.HLSURL)...)
	fromDASH := c.dashFiles(t, made.DASHURL)
	slices.Sort(files)
	slices.Sort(fromDASH)
	if !slices.Equal(files, fromDASH) {
		t.Errorf("HLS leads to %v\nDASH leads to %v", files, fromDASH)
	}
	files = append(append(files, made.PosterURL), c.sheets(t, made.SpritesURL)...)
	for _, file := range files {
		c.fetch(t, file)
	}
	return append(files, made.HLSURL, made.DASHURL, made.SpritesURL)
}

var sheet = regexp.MustCompile(`(?m)^(.+)#xywh=\d+,\d+,\d+,\d+$`)

// sheets are the pictures that a clip's sprites are on.
func (c *client) sheets(t testing.TB, sprites string) []string {
	t.Helper()
	var files []string
	for _, match := range sheet.FindAllSubmatch(c.fetch(t, sprites), -1) {
		files = append(files, path.Join(path.Dir(sprites), string(match[1])))
	}
	if len(files) == 0 {
		t.Errorf("%s shows nothing", sprites)
	}
	return slices.Compact(files)
}
