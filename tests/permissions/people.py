"""The people of the matrix, in the order of its columns."""

PEOPLE = {
    "anonymous": None,
    "coordination clerk": "xzsp_clerk",
    "coordination head": "xzsp_head",
    "legal head": "sfj_head",
    "inspection-group head": "scjg_head",
    "credit clerk": "fgw_clerk",
    "lead clerk": "mzj_clerk",
    "lead head": "mzj_head",
    "partner head": "wjw_head",
    "partner inspector": "wjw_inspector1",
    "uninvolved clerk": "nync_clerk",
    "witness": "jjz_witness",
    "township officer": "xinzhan_officer",
    "neighbour's head": "neighbour_head",
    "system administrator": "system_admin",
    "security administrator": "security_admin",
    "audit administrator": "audit_admin",
    "police head": "gaj_head",
    "procuratorate head": "jcy_head",
    "government head": "zfb_head",
    "distant head": "distant_head",
}
"""Who they are, and their accounts in the world of the matrix. The neighbour heads the
coordination office of another county, the distant head the department there that a letter is
sent to; the township is where the subject is."""
