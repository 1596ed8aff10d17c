package media

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// packageSpeed is how many times a source's length packaging may take.
const packageSpeed = 40

// PackageRequest names the source, what Probe found in it, and the folder that gets the result.
type PackageRequest struct {
	Source string
	Info   Info
	OutDir string // its hls, dash and cmaf folders are replaced
}

// Packaged is what Package made: hls/index.m3u8 and dash/manifest.mpd in the output folder, both over the
// segments in cmaf.
type Packaged struct {
	Duration   float64          `json:"duration"` // seconds, of the longest track
	Renditions []Rendition      `json:"renditions,omitempty"`
	Audio      []AudioRendition `json:"audio,omitempty"`
}

// Rendition is one size of the video. Its HLS playlist is hls/<ID>.m3u8.
type Rendition struct {
	ID        string  `json:"id"` // such as "720p", after the short side
	Width     int     `json:"width"`
	Height    int     `json:"height"`
	FrameRate float64 `json:"frameRate"`
	BitRate   int64   `json:"bitRate"` // mean bits per second
	Codecs    string  `json:"codecs"`  // RFC 6381
	Copied    bool    `json:"copied"`  // the source's own pictures, not encoded again
}

// AudioRendition is one audio track. Its HLS playlist is hls/<ID>.m3u8.
type AudioRendition struct {
	ID         string `json:"id"` // such as "audio-1"
	Name       string `json:"name"`
	Language   string `json:"language,omitempty"` // BCP 47
	Channels   int    `json:"channels"`
	SampleRate int    `json:"sampleRate"` // Hz
	BitRate    int64  `json:"bitRate"`    // mean bits per second
	Codecs     string `json:"codecs"`     // RFC 6381
	Copied     bool   `json:"copied"`
}

// Package makes HLS and DASH over one set of CMAF segments. Streams that are right already are copied; when
// that turns out wrong, all are encoded instead. Progress may be nil.
func Package(ctx context.Context, req PackageRequest, progress func(Progress)) (Packaged, error) {
	p, err := thrifty(ctx, req.Source, req.Info)
	if err != nil {
		return Packaged{}, err
	}
	m := &meter{total: req.Info.Duration, report: progress}
	tracks, err := segmented(ctx, req, p, m)
	if err != nil && p.copies() && ctx.Err() == nil {
		p = plain(req.Info)
		tracks, err = segmented(ctx, req, p, m)
	}
	if err != nil {
		return Packaged{}, fmt.Errorf("packaging %s: %w", req.Source, err)
	}
	order(tracks)
	if err := writeManifests(tracks, req.OutDir); err != nil {
		return Packaged{}, err
	}
	m.finish()
	return p.describe(tracks), nil
}

// segmented runs ffmpeg by the plan, and gives the tracks it made.
func segmented(ctx context.Context, req PackageRequest, p plan, m *meter) ([]track, error) {
	for _, folder := range []string{"hls", "dash", "cmaf"} {
		path := filepath.Join(req.OutDir, folder)
		if err := errors.Join(os.RemoveAll(path), os.MkdirAll(path, 0o755)); err != nil {
			return nil, fmt.Errorf("making the output folder: %w", err)
		}
	}
	in, err := input(req.Source)
	if err != nil {
		return nil, err
	}
	args := append([]string{"-nostdin", "-hide_banner", "-loglevel", "error", "-y"}, progressArgs...)
	args = append(append(args, in...), p.args(req.Info)...)
	const manifest = "ffmpeg.mpd"
	folder := filepath.Join(req.OutDir, "cmaf")
	err = command{
		tool: ffmpeg, args: append(args, manifest), dir: folder,
		limit:  timeLimit(req.Info.Duration, packageSpeed),
		stdout: &lineWriter{each: m.line},
	}.run(ctx)
	if err != nil {
		return nil, err
	}
	tracks, err := readTracks(filepath.Join(folder, manifest))
	if err != nil {
		return nil, err
	}
	if len(tracks) != len(p.video)+len(p.audio) {
		return nil, fmt.Errorf("%d streams came out where %d were wanted", len(tracks), len(p.video)+len(p.audio))
	}
	p.name(tracks, req.Info)
	if !aligned(tracks) {
		return nil, errors.New("the segments of the sizes don't begin together")
	}
	// When it can read no further, ffmpeg ends as if all were well.
	if end := length(tracks); end < req.Info.Duration*0.95-2 {
		return nil, fmt.Errorf("it ends after %.1f of %.1f seconds", end, req.Info.Duration)
	}
	return tracks, os.Remove(filepath.Join(folder, manifest))
}

// name gives the tracks what ffmpeg does not pass on.
func (p plan) name(tracks []track, info Info) {
	names := map[string]bool{}
	for i := range tracks {
		t := &tracks[i]
		if i < len(p.video) {
			t.id = strconv.Itoa(min(t.width, t.height)) + "p"
			t.frameRate = p.frameRate
			continue
		}
		n := i - len(p.video)
		a := info.Audio[n]
		t.id = fmt.Sprintf("audio-%d", n+1)
		t.language = bcp47(a.Language)
		for _, name := range []string{a.Title, t.language, fmt.Sprintf("Track %d", n+1), t.id} {
			if t.name = strings.TrimSpace(quoted(name)); t.name != "" && !names[t.name] {
				break
			}
		}
		names[t.name] = true
	}
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

// bcp47 is the tag if it is one.
func bcp47(tag string) string {
	if !languageTag.MatchString(tag) {
		return ""
	}
	return tag
}

// writeManifests writes all playlists and the DASH manifest.
func writeManifests(tracks []track, outDir string) error {
	const base = "../cmaf/"
	manifest, err := dash(tracks, base)
	if err != nil {
		return err
	}
	files := map[string][]byte{"dash/manifest.mpd": manifest, "hls/index.m3u8": []byte(master(tracks))}
	for i := range tracks {
		files["hls/"+tracks[i].id+".m3u8"] = []byte(playlist(&tracks[i], base))
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(outDir, name), content, 0o644); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	return nil
}

// describe tells about the tracks.
func (p plan) describe(tracks []track) Packaged {
	out := Packaged{Duration: length(tracks)}
	for i := range tracks {
		t := &tracks[i]
		if t.audio {
			out.Audio = append(out.Audio, AudioRendition{
				ID: t.id, Name: t.name, Language: t.language, Channels: t.channels, SampleRate: t.sampleRate,
				BitRate: t.mean(), Codecs: t.codecs, Copied: p.audio[i-len(p.video)],
			})
			continue
		}
		out.Renditions = append(out.Renditions, Rendition{
			ID: t.id, Width: t.width, Height: t.height, FrameRate: t.frameRate,
			BitRate: t.mean(), Codecs: t.codecs, Copied: p.copyVideo && i == 0,
		})
	}
	return out
}
