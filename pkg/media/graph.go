package media

import (
	"fmt"
	"strings"
)

// graph is the filter graph that makes all sizes of a part, [v0] and so on, out of one decoding. Times are those
// of the clip.
func (p Plan) graph(info Info, part int) string {
	v, span, sizes := info.Video, p.Parts[part], p.encoded()
	chain := []string{fmt.Sprintf("settb=1/%d", videoTimescale)}
	if len(p.Parts) > 1 {
		chain = append(chain, fmt.Sprintf("setpts=PTS-(%d)", units(info.origin())))
	}
	if p.CopyVideo {
		const grain = 1.0 / soundGrain / 2
		trim := fmt.Sprintf("trim=start=%.6f", max(span.Start-grain, 0))
		if part < len(p.Parts)-1 {
			trim += fmt.Sprintf(":end=%.6f", span.End-grain)
		}
		chain = append(chain, trim)
	} else {
		if v.Interlaced {
			chain = append(chain, "bwdif=mode=send_frame")
		}
		frames := p.frames(span)
		chain = append(chain, fmt.Sprintf("fps=%s:start_time=%.6f", rational(p.FrameRate), span.Start),
			fmt.Sprintf("tpad=stop=%d:stop_mode=clone,trim=end_frame=%d", frames, frames))
		if v.HDR {
			chain = append(chain, scale(sizes[0].Width, sizes[0].Height), toneMap(v))
		}
	}
	chain = append(chain, fmt.Sprintf("split=%d", len(sizes)))
	graph := fmt.Sprintf("[0:%d]%s", v.Index, strings.Join(chain, ","))
	for i := range sizes {
		graph += fmt.Sprintf("[s%d]", i)
	}
	for i, s := range sizes {
		graph += fmt.Sprintf(";[s%d]%s,format=yuv420p[v%d]", i, scale(s.Width, s.Height), i)
	}
	return graph
}

// scale makes the picture that size, with square pixels.
func scale(width, height int) string {
	return fmt.Sprintf("scale=%d:%d:flags=bilinear,setsar=1", width, height)
}

// toneMap brings high dynamic range down to what every screen shows.
func toneMap(v *Video) string {
	return "zscale=tin=" + v.Transfer + ":min=bt2020nc:pin=bt2020:rin=tv:t=linear:npl=100,format=gbrpf32le," +
		"zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p"
}
